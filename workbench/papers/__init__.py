"""The committee paper and the childcare report: what they say, each figure read from the release of a run."""
