@echo off
rem Trains on N ranks: run_ddp.bat [N]. Without N: two.
cd /d "%~dp0"
set ranks=%1
if "%ranks%"=="" set ranks=2
python -m torch.distributed.run --standalone --nproc_per_node %ranks% --log_dir logs --redirects 1 --tee 1 train_ddp.py
