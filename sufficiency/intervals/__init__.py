"""How far the figures may be out: draws, bands, likelihoods and last safe dates."""
