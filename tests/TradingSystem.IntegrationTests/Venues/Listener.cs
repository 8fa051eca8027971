using System.Collections.Concurrent;
using TradingSystem.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>Reads an account's private stream in the background and keeps what it told.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<VenueEvent> _events = new();
    private readonly Task _reading;

    public Listener(IVenue venue) => _reading = ReadAsync(venue);

    public IReadOnlyList<VenueEvent> Events => [.. _events];

    public Task OpenedAsync() => SeenAsync<StreamOpened>(_ => true);

    /// <summary>The first event of this kind that is so, once it is there.</summary>
    public Task<T> SeenAsync<T>(Func<T, bool> wanted, int after = 0)
        where T : VenueEvent =>
        Wait.ForAsync(
            $"a {typeof(T).Name} on the stream ({string.Join(", ", _events.Select(e => e.GetType().Name))})", Wait.Most,
            () => Task.FromResult(_events.Skip(after).OfType<T>().FirstOrDefault(wanted)));

    /// <summary>The order's fill, or a gap over the moment when it was placed: an account with two streams may get one back before the other.</summary>
    public Task FillToldAsync(string clientId, DateTimeOffset placed) =>
        Wait.UntilAsync($"the fill of {clientId} is told, or a gap since {placed:O}", () => Task.FromResult(_events.Any(e =>
            (e is FillSeen seen && seen.Fill.ClientId == clientId) || (e is StreamGap gap && gap.Since <= placed && gap.At >= placed))));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync(IVenue venue)
    {
        try
        {
            await foreach (var happened in venue.StreamAsync(_stop.Token))
            {
                _events.Enqueue(happened);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has heard enough.
        }
    }
}
