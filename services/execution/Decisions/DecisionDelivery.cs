using TradingSystem.Contracts.Bus;

namespace TradingSystem.Execution.Decisions;

/// <summary>A bus message while it is worked on; the bus gets its acknowledgement when <see cref="Done"/> completes.</summary>
public sealed class DecisionDelivery(IReadOnlyList<TradeDecision> decisions, bool seenBefore, CancellationToken given)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<TradeDecision> Decisions { get; } = decisions;

    /// <summary>Some of it may have its orders already.</summary>
    public bool SeenBefore { get; } = seenBefore;

    /// <summary>False when the bus took it back, to deliver it again.</summary>
    public bool IsWanted => !given.IsCancellationRequested;

    public Task Done => given.CanBeCanceled ? _done.Task.WaitAsync(given) : _done.Task;

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception e) => _done.TrySetException(e);

    public void GiveBack() => _done.TrySetCanceled(CancellationToken.None);
}
