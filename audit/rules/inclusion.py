"""Checking one inclusion proof without the log: by its bytes and the log's public key alone."""

from collections.abc import Iterable

from audit.rules.keyring import FormerKey, KeyRing
from audit.rules.proofs import is_included
from audit.rules.tree import leaf_hash
from audit.values import InclusionProof


def is_in_log(proof: InclusionProof, vkey: str, former: Iterable[FormerKey] = ()) -> bool:
    """Tell whether ``proof.entry`` is in the log whose key is ``vkey``, as the checkpoint with it says.

    ``former`` are the keys that signed its checkpoints before.

    Raises:
        NoteError: the verifier key or the checkpoint is malformed, signed by another key, or about another log.

    """
    checkpoint = KeyRing(vkey, former).open(proof.checkpoint)
    leaf = leaf_hash(proof.entry)
    return checkpoint.size == proof.size and is_included(leaf, proof.index, proof.size, proof.hashes, checkpoint.root)
