"""The files of a run, as DistriNews Lab reads them. Rank 0 only: two writers would tear them."""
import json
import math
import os
import shutil
import sys

import torch
import torch.distributed as dist

from records import hardware, now, save_json, save_safetensors


class Journal:
    def __init__(self, out, source, bundle, config, device, total_steps):
        if out.exists() and any(out.iterdir()):
            sys.exit(f"{out} is not empty: a run never mixes with other files. Move it away, or give another --out")
        (out / "model").mkdir(parents=True)
        self.out, self.source, self.config = out, source, config
        self.metrics = open(out / "metrics.jsonl", "a", encoding="utf-8")
        self.record = dict(
            bundle["record"],
            config=config,
            createdAt=now(),
            state="running",
            totalSteps=total_steps,
            threadsPerRank=torch.get_num_threads(),
            hardware=hardware(device, int(os.environ["LOCAL_WORLD_SIZE"])),
            imported={
                "program": "train_ddp.py",
                "torch": torch.__version__,
                "backend": dist.get_backend(),
                "worldSize": dist.get_world_size(),
                "nodes": dist.get_world_size() // int(os.environ["LOCAL_WORLD_SIZE"]),
            },
        )
        self.epoch_losses, self.epoch_began_ms = [], 0.0
        save_json(out / "run.json", self.record)

    def line(self, values):
        self.metrics.write(json.dumps(values, allow_nan=False) + "\n")
        self.metrics.flush()

    def step(self, step, epoch, by_rank, grad_norm, learning_rate, elapsed_ms):
        examples, loss_sum = sum(r["examples"] for r in by_rank), sum(r["loss_sum"] for r in by_rank)
        loss, slowest_s = loss_sum / examples, max(r["step_ms"] for r in by_rank) / 1000
        if not math.isfinite(loss) or not math.isfinite(grad_norm):
            raise SystemExit(f"step {step}: the loss is {loss}, the gradient's norm {grad_norm}: lower the learning rate")
        self.epoch_losses.append((loss_sum, examples, sum(r["tokens"] for r in by_rank), slowest_s))
        if step == 1:
            self.record["timeToFirstStepMs"] = elapsed_ms
        self.line(
            {
                "type": "step",
                "step": step,
                "epoch": epoch,
                "globalLoss": loss,
                "gradNorm": grad_norm,
                "learningRate": learning_rate,
                "exampleCount": round(examples),
                "samplesPerSec": examples / slowest_s,
                "tokensPerSec": sum(r["tokens"] for r in by_rank) / slowest_s,
                "elapsedMs": elapsed_ms,
                "ranks": [self.rank_line(rank, measured) for rank, measured in enumerate(by_rank)],
            }
        )
        print(f"step {step}/{self.record['totalSteps']}  epoch {epoch + 1}  loss {loss:.4f}  {examples / slowest_s:.0f} samples/s", flush=True)

    @staticmethod
    def rank_line(rank, measured):
        return {
            "rank": rank,
            "localLoss": measured["loss_sum"] / max(1.0, measured["examples"]),
            "exampleCount": round(measured["examples"]),
            "tokenCount": round(measured["tokens"]),
            "paddedTokenCount": round(measured["padded_tokens"]),
            "stepMs": measured["step_ms"],
            "phases": {
                "dataMs": measured["data_ms"],
                "forwardBackwardMs": measured["compute_ms"],  # DDP's all-reduce runs inside it
                "allReduceMs": 0,
                "optimizerMs": measured["optimizer_ms"],
            },
        }

    def epoch(self, step, epoch, validation_count, loss, accuracy, elapsed_ms):
        loss_sum, examples, tokens, seconds = (sum(column) for column in zip(*self.epoch_losses))
        self.line(
            {
                "type": "epoch",
                "epoch": epoch,
                "step": step,
                "trainLoss": loss_sum / examples,
                "validationLoss": loss,
                "validationAccuracy": accuracy,
                "validationCount": validation_count,
                "samplesPerSec": examples / seconds,
                "tokensPerSec": tokens / seconds,
                "trainMs": seconds * 1000,
                "evaluateMs": max(0.0, elapsed_ms - self.epoch_began_ms - seconds * 1000),
                "elapsedMs": elapsed_ms,
                "checkpoint": None,
            }
        )
        self.epoch_losses, self.epoch_began_ms = [], elapsed_ms
        print(f"epoch {epoch + 1}: validation loss {loss:.4f}, accuracy {accuracy:.4f}", flush=True)

    def save_model(self, model, step, epoch, accuracy):
        folder = self.out / "model"
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(self.source / "model" / name, folder / name)
        lab = {"format": 1, "runId": self.record["id"], "checkpoint": f"step-{step:06d}", "step": step, "epoch": epoch}
        lab.update(maxLength=self.config["maxLength"], validationAccuracy=accuracy, createdAt=now())
        # The facts travel inside the weights' own file: one rename replaces both.
        save_safetensors(folder / "model.safetensors", model.state_dict(), {"format": "pt", "lab": json.dumps(lab)})
        save_json(folder / "lab.json", lab)

    def end(self):
        self.metrics.close()
        save_json(self.out / "run.json", dict(self.record, state="done", endedAt=now()))
