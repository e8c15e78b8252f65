"""What Piccolo can't express of profiles and licences: whose they are, which words they know, one licence per market."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T19:12:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of profiles and licences"

_SETTINGS: Final = (
    "('hospital', 'clinic', 'general_practice', 'community_pharmacy', 'hospital_pharmacy', 'laboratory', 'academia',"
    " 'other')"
)
_PROFESSIONS: Final = "('physician', 'pharmacist', 'nurse', 'midwife', 'dentist', 'psychologist', 'physiotherapist', 'paramedic', 'other')"
_CHANNELS: Final = "'{email,sms,push,phone,rep,web}'::text[]"

FORWARDS: Final = (
    "alter table people.profile drop constraint if exists profile_person_fkey,"
    " add constraint profile_person_fkey foreign key (person) references people.person (id)",
    "alter table people.profile drop constraint if exists profile_words, add constraint profile_words"
    f" check (profession in {_PROFESSIONS} and setting in {_SETTINGS} and channels <@ {_CHANNELS})",
    "alter table people.licence drop constraint if exists licence_person_fkey,"
    " add constraint licence_person_fkey foreign key (person) references people.person (id)",
    # Two members of staff who decide at once: one licence of a person in a market, whoever was first.
    "create unique index if not exists licence_person_market_key on people.licence (person, market)",
    "alter table people.licence drop constraint if exists licence_words, add constraint licence_words"
    " check (status in ('unverified', 'pending', 'verified', 'lapsed', 'rejected') and market ~ '^[A-Z][A-Z]$')",
    # Nobody is verified on somebody's word alone.
    "alter table people.licence drop constraint if exists licence_evidence, add constraint licence_evidence"
    " check (status <> 'verified' or evidence is not null)",
)
BACKWARDS: Final = (
    "alter table people.licence drop constraint if exists licence_evidence",
    "alter table people.licence drop constraint if exists licence_words",
    "drop index if exists people.licence_person_market_key",
    "alter table people.licence drop constraint if exists licence_person_fkey",
    "alter table people.profile drop constraint if exists profile_words",
    "alter table people.profile drop constraint if exists profile_person_fkey",
)


async def forwards() -> MigrationManager:
    """Add the constraints."""
    manager = MigrationManager(migration_id=ID, app_name="people", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
