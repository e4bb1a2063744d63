# Pays for 128 positions in every row:
tokenizer(headlines, padding="max_length", max_length=128)

# Pays for the longest row of each batch:
from transformers import DataCollatorWithPadding

loader = DataLoader(
    dataset, batch_size=32, collate_fn=DataCollatorWithPadding(tokenizer)
)
