app = FastAPI()

class PredictIn(BaseModel):
    text: str = Field(min_length=1, max_length=20_000)  # else 422

@app.post("/predict")
def predict(body: PredictIn):
    with torch.inference_mode():
        return answer(body.text)
