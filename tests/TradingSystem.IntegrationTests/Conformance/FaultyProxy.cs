using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TradingSystem.IntegrationTests.Conformance;

/// <summary>The network between a bot and the gateway, as it is on a bad day: connections are cut, go silent, or are refused.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Link, Task> _links = new();
    private readonly Uri _target;
    private readonly Task _accepting;

    public FaultyProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Socket => new UriBuilder(_target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

    /// <summary>New connections end at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>Breaks every connection there is.</summary>
    public void Cut()
    {
        foreach (var link in _links.Keys)
        {
            link.Close();
        }
    }

    /// <summary>From here on nothing of the server reaches the bot on the connections there are.</summary>
    public void LoseReplies()
    {
        foreach (var link in _links.Keys)
        {
            link.LosesReplies = true;
        }
    }

    /// <summary>Both ways go silent on the connections there are, as when a cable is pulled: nobody is told.</summary>
    public void GoSilent()
    {
        foreach (var link in _links.Keys)
        {
            link.LosesReplies = link.LosesRequests = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        await Task.WhenAll(_links.Values);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                if (Refuses)
                {
                    client.Dispose();
                    continue;
                }

                var server = new TcpClient();
                await server.ConnectAsync(_target.Host, _target.Port, _stopping.Token);
                var link = new Link(client, server);
                _links[link] = RunAsync(link);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RunAsync(Link link)
    {
        await Task.WhenAll(
            PumpAsync(link, link.Client, link.Server, () => link.LosesRequests),
            PumpAsync(link, link.Server, link.Client, () => link.LosesReplies));
        _links.TryRemove(link, out _);
    }

    private static async Task PumpAsync(Link link, TcpClient from, TcpClient to, Func<bool> loses)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer)) > 0)
            {
                if (!loses())
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone; the other is told below.
        }

        link.Close();
    }

    private sealed class Link(TcpClient client, TcpClient server)
    {
        public TcpClient Client => client;

        public TcpClient Server => server;

        public volatile bool LosesReplies;

        public volatile bool LosesRequests;

        public void Close()
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
