probabilities = logits.softmax(-1)
confidence, predicted = probabilities.max(-1)
correct = predicted == labels
bins = torch.bucketize(confidence, torch.linspace(0, 1, 11)[1:-1])
for b in range(10):
    inside = bins == b
    print(confidence[inside].mean(), correct[inside].float().mean())
