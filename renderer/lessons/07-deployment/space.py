# the README.md of the Space begins with:  sdk: docker  and  app_port: 7860
api = HfApi(token=os.environ["HF_TOKEN"])   # role "write", never in the code
api.create_repo("you/news", repo_type="space", space_sdk="docker", private=True)
api.upload_folder(folder_path="space", repo_id="you/news", repo_type="space")
