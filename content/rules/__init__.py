"""The pure rules of content: what can be kept, who is offered it, and what scores."""
