# In a Kaggle notebook with "GPU T4 x2":
# !torchrun --nproc_per_node=2 train.py --fp16 --batch-size 32
# nvidia-smi topo -m   shows how the two GPUs are connected
