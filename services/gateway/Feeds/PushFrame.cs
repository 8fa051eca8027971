using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Contracts.Wire.Replies;

namespace TradingSystem.Gateway.Feeds;

/// <summary>
/// Something to push, with its position in the log. Written once per dialect for all receivers, when the first one needs it;
/// the last bytes (<c>prev_seq</c>, <c>replayed</c>) are each receiver's own.
/// </summary>
public abstract class PushFrame(long seq, DateTimeOffset appendedAt)
{
    private byte[]? _body;
    private int _holders;

    public long Seq { get; } = seq;

    public DateTimeOffset AppendedAt { get; } = appendedAt;

    /// <summary>Rough bytes on the wire, known before it is written.</summary>
    public abstract int Size { get; }

    /// <summary>True while some group's feed holds it.</summary>
    public bool IsHeld => Volatile.Read(ref _holders) > 0;

    /// <summary>Order updates go to sessions that asked for them only.</summary>
    public abstract bool IsOrder { get; }

    /// <summary>The frame without its end, to be followed by <see cref="PushWriter.Tail"/>.</summary>
    public virtual byte[] Body(Dialect dialect, Guid groupId)
    {
        if (Volatile.Read(ref _body) is { } body)
        {
            return body;
        }

        lock (this)
        {
            return _body ??= Write(Dialect.Type);
        }
    }

    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>True when the last feed let it go.</summary>
    public bool Release() => Interlocked.Decrement(ref _holders) == 0;

    protected abstract byte[] Write(Dialect dialect);
}

public sealed class EventFrameOut(long seq, DateTimeOffset appendedAt, ImmediateEvent item, OpenPositions positions) : PushFrame(seq, appendedAt)
{
    private const int Overhead = 400;

    public override int Size { get; } = Overhead + item.Payload.Length + item.Title.Length;

    public override bool IsOrder => false;

    /// <summary>A signal of the newer dialect tells each group its own positions.</summary>
    public override byte[] Body(Dialect dialect, Guid groupId) =>
        dialect == Dialect.Kind ? PushWriter.Signal(Push(), Seq, positions.Of(groupId)) : base.Body(dialect, groupId);

    protected override byte[] Write(Dialect dialect) => PushWriter.Immediate(Push(), Seq);

    private ImmediatePush Push() => new(item.Id, item.SourceId, item.Priority, item.Targets, item.Title, item.Payload, item.Tags, item.CreatedAt, item.CorrelationId);
}

public sealed class OrderFrameOut(long seq, DateTimeOffset appendedAt, OrderUpdate item) : PushFrame(seq, appendedAt)
{
    private byte[]? _kind;

    public override int Size => 512;

    public override bool IsOrder => true;

    public override byte[] Body(Dialect dialect, Guid groupId) =>
        dialect == Dialect.Kind ? _kind ??= Write(dialect) : base.Body(dialect, groupId);

    protected override byte[] Write(Dialect dialect) => PushWriter.OrderUpdate(
        new OrderPush(
            item.DecisionId,
            item.ClientDecisionId,
            item.CorrelationId,
            item.OrderId,
            item.Status,
            item.Symbol,
            item.Side,
            item.Qty,
            item.AvgPrice,
            item.Fee,
            item.RealizedPnl,
            item.Reason is { } r ? new OrderReason(r.Code.Word, r.Limit, r.Value, r.NearestAcceptable, r.Message) : null,
            item.CreatedAt),
        Seq,
        dialect);
}
