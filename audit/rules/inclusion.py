"""Checking one inclusion proof without the log: by its bytes and the log's public key alone."""

from audit.rules.checkpoints import open_checkpoint
from audit.rules.notes import LogVerifier
from audit.rules.proofs import is_included
from audit.rules.tree import leaf_hash
from audit.values import InclusionProof


def is_in_log(proof: InclusionProof, vkey: str) -> bool:
    """Tell whether ``proof.entry`` is in the log whose key is ``vkey``, as the checkpoint with it says.

    Raises:
        NoteError: the verifier key or the checkpoint is malformed, signed by another key, or about another log.

    """
    checkpoint = open_checkpoint(proof.checkpoint, LogVerifier(vkey))
    leaf = leaf_hash(proof.entry)
    return checkpoint.size == proof.size and is_included(leaf, proof.index, proof.size, proof.hashes, checkpoint.root)
