optimizer.zero_grad(set_to_none=True)  # before backward, or after step
loss.backward()
optimizer.step()

# Never here: the update would see no gradient.
# loss.backward(); optimizer.zero_grad(); optimizer.step()
