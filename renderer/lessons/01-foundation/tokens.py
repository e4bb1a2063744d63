from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("distilbert-base-uncased")
encoding = tokenizer(headlines, truncation=True, max_length=128)
encoding["input_ids"][0]
# [101, ..., 102]: [CLS] is 101 and [SEP] is 102
tokenizer.convert_ids_to_tokens(encoding["input_ids"][0])
