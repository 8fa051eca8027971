namespace TradingSystem.Venues;

/// <summary>Puts fills together that come in pages ordered by time, of which the next begins where the last ended.</summary>
/// <param name="page">A page with so many has a next one.</param>
public sealed class FillPages(int page)
{
    /// <summary>More pages are not read in one go: the answer would not be complete, so there is none.</summary>
    public const int Most = 50;

    private readonly Dictionary<string, VenueFill> _fills = [];
    private int _pages;

    public IReadOnlyList<VenueFill> All => [.. _fills.Values.OrderBy(f => f.At)];

    /// <param name="next">Time from which to ask again, null when this stretch is complete.</param>
    public bool Add(VenueReply<IReadOnlyList<VenueFill>> reply, out VenueReply<IReadOnlyList<VenueFill>> failure, out DateTimeOffset? next)
    {
        (failure, next) = (reply, null);
        if (!reply.IsAccepted)
        {
            return false;
        }

        var before = _fills.Count;
        foreach (var fill in reply.Value)
        {
            _fills[fill.FillId] = fill;
        }

        if (reply.Value.Count < page)
        {
            return true;
        }

        if (++_pages >= Most || _fills.Count == before)
        {
            failure = VenueReply.Unknown<IReadOnlyList<VenueFill>>("more fills than are read at once");
            return false;
        }

        next = reply.Value.Max(f => f.At);
        return true;
    }
}
