"""The tables of the vault: the only ones with columns that identify a person, all of them sealed."""

from piccolo.columns import UUID, Array, Boolean, Date, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class Person(Table, tablename="person", schema="people"):
    """Somebody, without anything that says who."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: what every other room knows a person by")
    market = Varchar(length=2, default=None, null=False, help_text="pseudonymous: ISO 3166-1 alpha-2")
    zone = Text(default=None, null=False, help_text="pseudonymous: IANA time zone")
    locale = Text(default=None, null=False, help_text="pseudonymous: language, perhaps with a region")
    status = Text(default=None, null=False, help_text="pseudonymous: PersonStatus")
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when registered")


class DataKey(Table, tablename="data_key", schema="people"):
    """A person's own key. A table of its own, so that a backup can leave it out; without its row nothing opens."""

    person = UUID(primary_key=True, default=None, help_text="pseudonymous: whose")
    wrapped = Bytea(default=None, null=False, help_text="pseudonymous: wrapped by a key-encryption key")


class Vault(Table, tablename="vault", schema="people"):
    """Who a person is, sealed with the person's own key."""

    person = UUID(primary_key=True, default=None, help_text="pseudonymous: who")
    name = Bytea(default=None, null=False, help_text="personal: sealed")
    email = Bytea(default=None, null=True, help_text="personal: sealed, as it was entered")
    email_index = Bytea(default=None, null=True, help_text="personal: blind index of the normalised address")
    phone = Bytea(default=None, null=True, help_text="personal: sealed")
    practice = Bytea(default=None, null=True, help_text="personal: sealed, where somebody works")


class IdentifierRow(Table, tablename="identifier", schema="people"):
    """What another register calls a person."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: binds the sealed value")
    person = ForeignKey(
        references=Person, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: whose"
    )
    system = Text(default=None, null=False, help_text="open: which register")
    value = Bytea(default=None, null=False, help_text="personal: sealed")
    value_index = Bytea(default=None, null=False, help_text="personal: blind index within the register")


class ProfileRow(Table, tablename="profile", schema="people"):
    """What somebody does, coarse enough to say of many; absent until there is something to say."""

    person = UUID(primary_key=True, default=None, help_text="pseudonymous: who")
    profession = Text(default=None, null=True, help_text="pseudonymous: Profession")
    specialties = Array(base_column=Text(), default=None, null=False, help_text="pseudonymous: fields of work")
    setting = Text(default=None, null=True, help_text="pseudonymous: PracticeSetting")
    markets = Array(base_column=Text(), default=None, null=False, help_text="pseudonymous: where else one practises")
    channels = Array(base_column=Text(), default=None, null=False, help_text="pseudonymous: the most welcome first")
    zone_changed_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the time zone last changed")


class LicenceRow(Table, tablename="licence", schema="people"):
    """What is known of a person's licence to practise in one market."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: binds the sealed evidence")
    person = UUID(default=None, null=False, help_text="pseudonymous: whose")
    market = Varchar(length=2, default=None, null=False, help_text="pseudonymous: ISO 3166-1 alpha-2")
    status = Text(default=None, null=False, help_text="pseudonymous: LicenceStatus, as it was decided")
    evidence = Bytea(default=None, null=True, help_text="personal: sealed, where the evidence is")
    expires_on = Date(default=None, null=True, help_text="pseudonymous: the last day on which it is valid")
    changed_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it was decided")
    states = Array(
        base_column=Text(default=None), default=[], null=False, help_text="pseudonymous: where one is licensed or works"
    )
    public_employee = Boolean(default=None, null=True, help_text="pseudonymous: whether a public body employs them")
    covered_recipient = Boolean(default=None, null=True, help_text="pseudonymous: whether transfers are reported")
    register = Text(default=None, null=True, help_text="pseudonymous: which register was asked about it")
    finding = Text(default=None, null=True, help_text="pseudonymous: RegisterFinding, what that came to")
    asked_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when")
    ask_again_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it will be asked again")
    attempts = Integer(default=0, null=False, help_text="pseudonymous: how often it was asked")
