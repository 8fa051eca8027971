using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace TradingSystem.Benchmarks.Load.Client;

/// <summary>What the roles of one row count together.</summary>
internal sealed class Tally
{
    public long Done { get; set; }

    public long Total { get; set; }

    public long Failed { get; private set; }

    public string? FirstFailure { get; private set; }

    public bool Stopped { get; set; }

    public Histogram Latency { get; } = new();

    public void Begin()
    {
        Done = 0;
        Latency.Clear();
    }

    public void Count()
    {
        Done++;
        Total++;
    }

    public void Fail(ReadOnlySpan<byte> frame)
    {
        Failed++;
        FirstFailure ??= Encoding.UTF8.GetString(frame);
    }
}

/// <summary>Reads a frame by its first bytes, without parsing it.</summary>
internal static class Scan
{
    public static bool IsReply(ReadOnlySpan<byte> frame) => frame.StartsWith("{\"ok\":"u8);

    public static bool IsAccepted(ReadOnlySpan<byte> frame) => frame.StartsWith("{\"ok\":true"u8);

    public static bool IsEvent(ReadOnlySpan<byte> frame) => frame.StartsWith("{\"type\":\"event\""u8);

    public static bool IsOrderUpdate(ReadOnlySpan<byte> frame) => frame.StartsWith("{\"type\":\"order_update\""u8);

    public static ReadOnlySpan<byte> After(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> mark) =>
        frame.IndexOf(mark) is >= 0 and var at ? frame[(at + mark.Length)..] : default;
}

/// <summary>Keeps a number of frames unanswered: each reply lets the next one go.</summary>
internal sealed class Sender(byte[] frame, int window, Tally tally, bool stamped = false) : Role
{
    private readonly byte[] _frames = Frames.Repeat(frame, window);
    private readonly int _stamp = stamped ? frame.AsSpan().IndexOf(Frames.Stamp) + Frames.Stamp.Length : 0;
    private readonly long[] _sentAt = new long[window];
    private int _oldest;
    private int _next;
    private int _owed;

    public override void OnText(Connection connection, ReadOnlySpan<byte> frame)
    {
        if (!Scan.IsReply(frame))
        {
            return;
        }

        if (!Scan.IsAccepted(frame))
        {
            tally.Fail(frame);
        }

        if (!stamped)
        {
            tally.Count();
            tally.Latency.RecordSince(_sentAt[_oldest]);
        }

        _oldest = (_oldest + 1) % _sentAt.Length;
        _owed++;
    }

    public override void OnReadEnd(Connection connection)
    {
        if (!tally.Stopped)
        {
            Send(connection, _owed);
            _owed = 0;
        }
    }

    /// <summary>Sends <paramref name="count"/> frames at once.</summary>
    public void Send(Connection connection, int count)
    {
        if (count == 0)
        {
            return;
        }

        var now = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            _sentAt[_next] = now;
            _next = (_next + 1) % _sentAt.Length;
            if (stamped)
            {
                Utf8Formatter.TryFormat(now, _frames.AsSpan((i * frame.Length) + _stamp), out _, new('x', Frames.StampDigits));
            }
        }

        connection.Send(_frames.AsSpan(0, count * frame.Length));
    }
}

/// <summary>Counts what is pushed to it; the delay only where it is wanted.</summary>
internal sealed class Listener(Tally tally, bool timed) : Role
{
    public int Closed { get; private set; }

    public bool MayBeClosed { get; init; }

    public override void OnText(Connection connection, ReadOnlySpan<byte> frame)
    {
        if (!Scan.IsEvent(frame))
        {
            return;
        }

        tally.Count();
        if (timed
            && Scan.After(frame, Frames.Stamp) is { Length: >= Frames.StampDigits } digits
            && Utf8Parser.TryParse(digits[..Frames.StampDigits], out long sent, out _, 'x'))
        {
            tally.Latency.RecordSince(sent);
        }
    }

    public override void OnClosed(Connection connection, string why)
    {
        Closed++;
        if (!MayBeClosed)
        {
            base.OnClosed(connection, why);
        }
    }
}

/// <summary>One group: LONG, CLOSE, LONG …, each when the last one's order is done.</summary>
internal sealed class Trader(Tally tally) : Role
{
    private static readonly byte[] Long = Frames.Decision("LONG");
    private static readonly byte[] Close = Frames.Decision("CLOSE");

    private long _sent;
    private bool _closing;

    /// <summary>True while a decision's order is not done.</summary>
    public bool IsWaiting { get; private set; }

    public void Begin(Connection connection)
    {
        IsWaiting = true;
        _sent = Stopwatch.GetTimestamp();
        connection.Send(_closing ? Close : Long);
    }

    public override void OnText(Connection connection, ReadOnlySpan<byte> frame)
    {
        if (Scan.IsReply(frame))
        {
            if (!Scan.IsAccepted(frame))
            {
                tally.Fail(frame);
            }
        }
        else if (Scan.IsOrderUpdate(frame))
        {
            Advance(connection, frame);
        }
    }

    private void Advance(Connection connection, ReadOnlySpan<byte> frame)
    {
        var status = Scan.After(frame, "\"status\":\""u8);
        if (status.StartsWith("rejected"u8))
        {
            tally.Fail(frame);
        }
        else if (!status.StartsWith(_closing ? "closed"u8 : "filled"u8))
        {
            return;
        }

        tally.Count();
        tally.Latency.RecordSince(_sent);
        _closing = !_closing;
        IsWaiting = false;
        if (!tally.Stopped)
        {
            Begin(connection);
        }
    }
}
