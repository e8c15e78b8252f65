"""The pure rules of consent: what can be answered, how answers add up, and what the gate makes of them."""
