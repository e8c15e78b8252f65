"""Brings one presentation of the Open University Learning Analytics dataset into Laurel.

The importer is a client of the public HTTP API and of nothing else: it signs in as a learning system, creates
healthcare professionals, content and consents, and posts every row of the engagement log as an activity.
Every id it sends follows from the data, so a run that was cut is continued by running it again.
"""

from api.importer.credentials import Credentials, read_credentials
from api.importer.errors import ImportStoppedError
from api.importer.presentation import Presentation
from api.importer.report import Order, Outcome, Report
from api.importer.run import import_presentation

__all__ = [
    "Credentials",
    "ImportStoppedError",
    "Order",
    "Outcome",
    "Presentation",
    "Report",
    "import_presentation",
    "read_credentials",
]
