@echo off
rem Trains on N ranks: run_ddp.bat [N] [further arguments of train_ddp.py]. Without N: two.
setlocal
cd /d "%~dp0"
if not defined PYTHON set "PYTHON=python"
set "ranks=%~1"
if not defined ranks set "ranks=2"
"%PYTHON%" --version >nul 2>nul
if errorlevel 1 (
  echo cannot train: "%PYTHON%" cannot be started
  echo   do: install Python and PyTorch, or set PYTHON to the whole path of python.exe
  exit /b 1
)
"%PYTHON%" check.py %ranks% %2 %3 %4 %5 %6 %7 %8 %9
if errorlevel 1 exit /b 1
rem PyTorch for Windows is built without libuv, and asks for it by default.
set "USE_LIBUV=0"
"%PYTHON%" -m torch.distributed.run --standalone --nproc_per_node %ranks% train_ddp.py %2 %3 %4 %5 %6 %7 %8 %9
exit /b %errorlevel%
