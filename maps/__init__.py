"""Show: layers in, one offline accessible map out; knows nothing of the model."""
