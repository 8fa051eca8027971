using System.Threading.Channels;

namespace TradingSystem.Venues.Simulated;

/// <summary>Who listens to a simulated venue. Nobody holds it up: whoever is too far behind is told of a gap instead of being waited for.</summary>
internal sealed class EventReaders
{
    private const int MostUnread = 4096;

    private readonly Lock _gate = new();
    private readonly List<Reader> _readers = [];
    private Exception? _end;
    private bool _isOver;

    public Reader Add()
    {
        lock (_gate)
        {
            var reader = new Reader(MostUnread);
            _readers.Add(reader);
            if (_isOver)
            {
                reader.Complete(_end);
            }

            return reader;
        }
    }

    public void Remove(Reader reader)
    {
        lock (_gate)
        {
            _readers.Remove(reader);
        }
    }

    public void Tell(IReadOnlyList<VenueEvent> happened)
    {
        lock (_gate)
        {
            foreach (var one in happened)
            {
                _readers.ForEach(r => r.Add(one));
            }
        }
    }

    /// <summary>After it readers get what they have not read yet, then the error where there is one, else the end.</summary>
    public void Complete(Exception? error)
    {
        lock (_gate)
        {
            (_isOver, _end) = (true, _end ?? error);
            _readers.ForEach(r => r.Complete(_end));
        }
    }

    /// <summary>One reader's events; what it did not take in time is replaced by one gap.</summary>
    internal sealed class Reader(int most)
    {
        private readonly Channel<VenueEvent> _events = Channel.CreateBounded<VenueEvent>(new BoundedChannelOptions(most) { SingleReader = true });
        private DateTimeOffset? _lostSince;

        public void Add(VenueEvent happened)
        {
            if (_lostSince is { } since)
            {
                if (_events.Writer.TryWrite(new StreamGap("The reader was too slow.", since, happened.At)) && _events.Writer.TryWrite(happened))
                {
                    _lostSince = null;
                }
            }
            else if (!_events.Writer.TryWrite(happened))
            {
                _lostSince = happened.At;
            }
        }

        public VenueEvent? Take() => _events.Reader.TryRead(out var happened) ? happened : null;

        /// <summary>False when the stream is over; its token ends it without an exception.</summary>
        public async Task<bool> WaitAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await _events.Reader.WaitToReadAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        public void Complete(Exception? error) => _events.Writer.TryComplete(error);
    }
}
