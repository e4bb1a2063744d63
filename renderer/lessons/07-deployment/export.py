torch.onnx.export(model.eval(), (input_ids, attention_mask), "model.onnx",
                  dynamic_axes={"input_ids": {0: "batch", 1: "sequence"}})
session = onnxruntime.InferenceSession("model.onnx")
theirs = session.run(["logits"], feed)[0]
assert np.abs(theirs - ours).max() < 1e-3   # the test to insist on
