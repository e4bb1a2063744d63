from sklearn.metrics import confusion_matrix

print(confusion_matrix(labels, predicted))
wrong = (predicted != labels).nonzero().flatten()
for row in wrong[confidence[wrong].argsort(descending=True)][:8]:
    print(confidence[row], names[predicted[row]], texts[row])
