from transformers import DistilBertConfig, DistilBertForSequenceClassification

model = DistilBertForSequenceClassification(
    DistilBertConfig(n_layers=2, dim=128, hidden_dim=512, n_heads=2, num_labels=4)
)
sum(p.numel() for p in model.parameters())
