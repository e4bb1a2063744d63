# torchrun --nproc_per_node=2 --max-restarts=3 train.py
# On a failure torchrun ends all ranks and starts them again;
# the script must find its own way back:
if os.path.exists("checkpoint.pt"):
    state = torch.load("checkpoint.pt", map_location="cpu")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    start_step = state["step"]
