"""What networks got right of images that they never saw, beside what the notebook says they do."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.checks._claims import comparisons, percent
from grader.evidence import BlindRecord, ClaimRecord, RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The measured accuracy of one network.

    Attributes:
        claim: what the notebook gave for it; ``None`` when it gave nothing to compare with.
    """

    blind: BlindRecord
    claim: ClaimRecord | None

    @property
    def measured(self) -> str:
        """In words: ``measured: 97.1 % of 1,000 held-back mnist images``, or ``not measured: …`` with the reason."""
        if self.blind.accuracy is None:
            return f"not measured: {self.blind.reason or 'it could not be asked'}"
        of = f"{self.blind.samples:,} held-back {self.blind.dataset} images".replace("  ", " ")
        after = "" if self.blind.as_trained else ", with weights that were changed after training"
        told = f"; {self.blind.reason}" if self.blind.reason else ""
        how = ", recomputed from its layers and weights" if self.blind.recomputed else told
        return f"measured: {percent(self.blind.accuracy)} of {of}{after}{how}"

    @property
    def claimed(self) -> str:
        """The claim in words: ``98.0 % (evaluate)``; ``""`` when there is none."""
        return f"{percent(self.claim.value)} ({self.claim.source.value})" if self.claim else ""


def verified(run: RunRecord) -> Mapping[int, Verified]:
    """The best measurement of each network that was trained or praised, by the network's id."""
    claims = {each.blind.model: each.claim for each in comparisons(run)}
    spoken_of = claims.keys() | {fit.model for fit in run.fits}
    wanted = [blind for blind in run.blind if blind.model in spoken_of]
    ranked = sorted(wanted, key=lambda blind: -1.0 if blind.accuracy is None else blind.accuracy)
    return {blind.model: Verified(blind=blind, claim=claims.get(blind.model)) for blind in ranked}
