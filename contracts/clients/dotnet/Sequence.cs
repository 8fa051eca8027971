namespace TradingSystem.Client;

/// <summary>Keeps the frames of one group in one gap-free order across connections.</summary>
internal sealed class Sequence(long? from)
{
    private long? _received = from;
    private long? _asked;
    private long? _doubted;

    /// <summary>What the next connection has to begin after.</summary>
    public long? Ask() => _asked = _received;

    /// <summary>Takes the server's position where none is known yet; false if there still is none.</summary>
    public bool Begin(long? position) => (_received ??= position) is not null;

    /// <summary>False for what was received before. A hole before the frame is asked for once; if it stays, it is told.</summary>
    public bool IsNext(Pushed frame, bool full, Action<Frame> tell)
    {
        if (frame.Seq is not { } seq)
        {
            return true;
        }

        if (_received is { } last)
        {
            if (seq <= last)
            {
                return false;
            }

            if (full)
            {
                throw new AgainException("the queue is full"); // the server's history is the rest of it
            }

            if (frame.PrevSeq > last)
            {
                if (_doubted != last)
                {
                    _doubted = last;
                    throw new AgainException($"hole between {last} and {seq}");
                }

                tell(new Gap(last, seq, seq));
            }
        }

        _received = seq;
        return true;
    }

    /// <summary>How the server took up our <c>resume_from</c>. What it still holds is asked for; what it does not is told.</summary>
    public void Continue(Resumed resumed, Action<Frame> tell)
    {
        var (recovered, first, last) = resumed;
        if (recovered)
        {
            _received ??= last;
            return;
        }

        tell(new Gap(_asked, first, last));
        _received = last;
        if (first is > 0 && first - 1 != _asked && (last is null || first <= last))
        {
            _received = first - 1;
            throw new AgainException("asks for what is still held");
        }
    }
}

/// <summary>Leave this connection for a new one.</summary>
internal sealed class AgainException(string message) : Exception(message);
