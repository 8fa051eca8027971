namespace TradingSystem.Benchmarks.Load.Baselines;

/// <summary>M: nothing is kept. What a gateway costs when it promises nothing.</summary>
internal sealed class MemoryBackend(TimeProvider time) : IBackend
{
    private readonly Book _book = new();
    private Sessions _sessions = new();

    public Task StartAsync(Sessions sessions)
    {
        _sessions = sessions;
        return Task.CompletedTask;
    }

    public ValueTask<byte[]> HandleAsync(Client client, ClientFrame frame)
    {
        var now = time.GetUtcNow();
        if (frame.EventType == "post_trade")
        {
            var payload = Json.Read<DecisionPayload>(System.Text.Encoding.UTF8.GetBytes(frame.Payload!));
            var decision = new Decision(
                Guid.CreateVersion7(now), client.Owner, payload.Symbol, payload.Signal.Action, payload.Signal.Qty, payload.Signal.MarginUsd,
                frame.Payload!, now);
            client.Send(Json.Bytes(_book.Fill(decision, now)));
            return new(Json.Bytes(new Accepted(true, "accepted", decision.Id, 0)));
        }

        var signal = Signal.Of(frame, client.Owner, now);
        var count = _sessions.Push(signal.Targets, Json.Bytes(signal));
        return new(Json.Bytes(new Accepted(true, "accepted", signal.Id, count)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
