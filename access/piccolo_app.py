"""Registers the tables of access with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from access.authority_tables import Approval, BreakGlass, Training
from access.tables import (
    Account,
    Alert,
    Authenticator,
    Identity,
    IdentityAttempt,
    KeyProof,
    Letter,
    MachineClient,
    Passkey,
    PasskeyChallenge,
    Provisioned,
    RecoveryCode,
    RefreshToken,
    RemovedKey,
    RoleRequest,
    Session,
)

APP_CONFIG = AppConfig(
    app_name="access",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "access"),
    table_classes=[
        Account,
        Session,
        RefreshToken,
        KeyProof,
        MachineClient,
        Alert,
        Authenticator,
        RecoveryCode,
        Passkey,
        PasskeyChallenge,
        Identity,
        IdentityAttempt,
        Provisioned,
        Letter,
        RemovedKey,
        RoleRequest,
        Approval,
        BreakGlass,
        Training,
    ],
)
