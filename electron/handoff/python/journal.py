"""The files of a run, as DistriNews Lab reads them. Rank 0 only: two writers would tear them."""
import json
import os
import shutil

import torch
import torch.distributed as dist

from check import refuse
from records import hardware, now, save_json, save_safetensors


class LossNotFinite(ArithmeticError):
    def __init__(self, step, loss, grad_norm):
        super().__init__(f"At step {step} the loss was {loss} and the norm of its gradient {grad_norm}.")


class Journal:
    """A context: run.json says at its end whether the run was done, or what made it fail."""

    def __init__(self, out, source, bundle, config, used, total_steps):
        try:
            (out / "model").mkdir(parents=True)
        except OSError as error:
            refuse(f"{out} cannot be written ({error})", "give another --out")
        self.out, self.source, self.config = out, source, config
        self.metrics = open(out / "metrics.jsonl", "a", encoding="utf-8", newline="\n")
        self.record = dict(
            bundle["record"],
            config=config,
            createdAt=now(),
            state="running",
            totalSteps=total_steps,
            threadsPerRank=torch.get_num_threads(),
            hardware=hardware(used),
            imported={
                "program": "train_ddp.py",
                "torch": torch.__version__,
                "backend": dist.get_backend(),
                "worldSize": dist.get_world_size(),
                "nodes": int(os.environ.get("GROUP_WORLD_SIZE", 1)),
                "digests": {
                    "initialWeights": bundle["files"]["model/model.safetensors"],
                    "trainingRows": bundle["files"]["data/train.jsonl"],
                    "validationRows": bundle["files"]["data/validation.jsonl"],
                    "tokenizer": bundle["files"]["model/tokenizer.json"],
                },
            },
        )
        self.epoch_losses, self.epoch_began_ms = [], 0.0
        save_json(out / "run.json", self.record)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.metrics.close()
        self.record.update(endedAt=now(), state="done")
        if error is not None:
            self.record.update(state="failed", error=in_words(error))
        save_json(self.out / "run.json", self.record)

    def line(self, values):
        self.metrics.write(json.dumps(values, allow_nan=False) + "\n")
        self.metrics.flush()

    def step(self, step, epoch, by_rank, loss, grad_norm, learning_rate, elapsed_ms):
        examples, slowest_s = sum(r["examples"] for r in by_rank), max(r["step_ms"] for r in by_rank) / 1000
        self.epoch_losses.append((loss * examples, examples, sum(r["tokens"] for r in by_rank), slowest_s))
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
            "forwardMs": measured["forward_ms"],
            "phases": {
                "dataMs": measured["data_ms"],
                "forwardBackwardMs": measured["forward_ms"] + measured["backward_ms"],
                "allReduceMs": measured["all_reduce_ms"],  # what was not hidden behind the backward pass
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
        metadata = {"format": "pt", "lab": json.dumps(lab)}
        digest = save_safetensors(folder / "model.safetensors", model.state_dict(), metadata)
        self.record["imported"]["digests"]["trainedWeights"] = digest
        save_json(folder / "lab.json", lab)


def in_words(error):
    """What ended the run, as the lab shows it."""
    if isinstance(error, LossNotFinite):
        then = "Lower the learning rate, or look for rows that are no text."
        return {"code": "LOSS_NOT_FINITE", "title": "The loss is no number", "cause": str(error), "suggestion": then}
    if isinstance(error, KeyboardInterrupt):
        return {
            "code": "CANCELLED",
            "title": "The training was interrupted",
            "cause": "Somebody stopped torchrun.",
            "suggestion": "Start it again with an empty out folder.",
        }
    return {
        "code": "RANK_FAILED",
        "title": "Rank 0 could not go on",
        "cause": f"{type(error).__name__}: {error}"[:1000],
        "suggestion": "Where another rank failed first, logs/ and the printed traceback say why.",
    }
