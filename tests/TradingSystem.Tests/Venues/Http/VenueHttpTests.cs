using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using TradingSystem.Tests.Hosting.Outbound;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;

namespace TradingSystem.Tests.Venues.Http;

/// <summary>What the adapter's own connections do when the other side hangs up: an order must never leave twice.</summary>
[TestFixture]
public sealed class VenueHttpTests
{
    [Test]
    [CancelAfter(30_000)]
    public async Task An_order_is_not_repeated_when_the_connection_it_was_sent_on_ends_without_an_answer(CancellationToken cancellationToken)
    {
        using var exchange = new RudeExchange();
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var serving = exchange.ServeAsync(closing.Token);
        var options = new VenueOptions();
        options.Hosts["binance"] = new() { ["Live"] = new() { Rest = exchange.Address } };
        using (var registry = new VenueRegistry(options, TimeProvider.System, NullLoggerFactory.Instance, Loopback.Gate.CreateHandler, Loopback.Gate.CreateHandler))
        {
            await using var venue = registry.Create(TestVenue.Account("binance"));

            // The instruments and the time leave a connection behind that is used again for the order.
            Assert.That((await venue.InstrumentsAsync(cancellationToken)).IsAccepted, Is.True);
            await venue.SyncClockAsync(cancellationToken);
            for (var i = 1; i <= 20; i++)
            {
                var reply = await venue.PlaceAsync(new("BTCUSDT", $"a{i}", OrderSide.Buy, 0.01m), cancellationToken);
                Assert.That((reply.Outcome, exchange.Orders), Is.EqualTo((VenueOutcome.Unknown, i)));
                await venue.SyncClockAsync(cancellationToken);
            }
        }

        await closing.CancelAsync();
        await serving;
    }

    [Test]
    public async Task Where_nobody_listens_an_order_was_certainly_not_taken()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        using var shared = new VenueShared(Loopback.Gate.CreateHandler(), Loopback.Gate.CreateHandler());
        var http = new TradingSystem.Venues.Http.VenueHttp(shared.Http, TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{port}/")) { Content = new StringContent("x") };
        var answer = await http.SendAsync(request, TimeSpan.FromSeconds(5), default);
        Assert.That(answer.Failure, Is.EqualTo(TradingSystem.Venues.Http.HttpFailure.NotSent));
    }

    /// <summary>Answers reads, takes orders and hangs up on them.</summary>
    private sealed class RudeExchange : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _orders;

        public RudeExchange() => _listener.Start();

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

        public int Orders => Volatile.Read(ref _orders);

        public async Task ServeAsync(CancellationToken cancellationToken)
        {
            var serving = new List<Task>();
            try
            {
                while (true)
                {
                    serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(cancellationToken), cancellationToken));
                }
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(serving).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(TcpClient client, CancellationToken cancellationToken)
        {
            using (client)
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII);
                while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } first)
                {
                    var length = 0;
                    while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } header)
                    {
                        length = header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
                            ? int.Parse(header.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)
                            : length;
                    }

                    if (length > 0)
                    {
                        await reader.ReadBlockAsync(new char[length], cancellationToken);
                    }

                    if (first.StartsWith("POST", StringComparison.Ordinal))
                    {
                        Interlocked.Increment(ref _orders);
                        return;
                    }

                    var body = first.Contains("exchangeInfo", StringComparison.Ordinal) ? TestVenue.Fixture("binance_fapi_exchangeInfo.json") : """{"serverTime":1700000000000}""";
                    await stream.WriteAsync(
                        Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
                        cancellationToken);
                }
            }
        }
    }
}
