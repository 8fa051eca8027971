using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using MassTransit;
using MassTransit.Serialization;
using NUnit.Framework;
using TradingSystem.Contracts.Bus;
using TradingSystem.Hosting.Serialization;

namespace TradingSystem.Tests.Hosting.Serialization;

[TestFixture]
public sealed class CompactFormatTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly BusTypes Types = new([BusJson.Default]);

    private static IEnumerable<Type> Messages => SampleMessages.Types;

    [Test]
    public void Every_message_is_known_by_its_name_on_the_bus()
    {
        Assert.That(Messages.Count(), Is.GreaterThanOrEqualTo(17));
        foreach (var type in Messages)
        {
            Assert.That(Types.TryGet($"urn:message:TradingSystem.Contracts.Bus:{type.Name}", out var found), type.Name);
            Assert.That(found!.Type, Is.EqualTo(type));
        }
    }

    [TestCaseSource(nameof(Messages))]
    public async Task A_message_arrives_as_it_was_sent(Type type)
    {
        await using var bus = await TestBus.StartAsync(type);
        foreach (var sent in new[] { SampleMessages.Full(type), SampleMessages.Bare(type) })
        {
            var received = await bus.SendAsync(sent);
            Assert.That(Text(received.Message), Is.EqualTo(Text(sent)));
            Assert.That(received.ContentType, Is.EqualTo("application/vnd.tradingsystem+json"));
            Assert.That(JsonNode.Parse(received.Body), Is.InstanceOf<JsonObject>(), "the body is the message alone");
        }
    }

    [TestCaseSource(nameof(Messages))]
    public async Task An_envelope_of_an_earlier_version_is_still_read(Type type)
    {
        await using var bus = await TestBus.StartAsync(type);
        foreach (var sent in new[] { SampleMessages.Full(type), SampleMessages.Bare(type) })
        {
            var received = await bus.SendAsync(sent, c => c.Serializer = SystemTextJsonMessageSerializer.Instance);
            Assert.That(Text(received.Message), Is.EqualTo(Text(sent)));
            Assert.That(received.ContentType, Is.EqualTo("application/vnd.masstransit+json"));
        }
    }

    [TestCaseSource(nameof(Messages))]
    public void A_row_of_the_log_is_read_as_it_was_written_now_or_by_an_earlier_version(Type type)
    {
        foreach (var message in new[] { SampleMessages.Full(type), SampleMessages.Bare(type) })
        {
            var row = Types.Write(message, type);
            Assert.That(row, Does.Not.Contain('\0'));
            Assert.That(Text(Types.Read(row, type)!), Is.EqualTo(Text(message)));
            Assert.That(Text(Types.Read(JsonSerializer.Serialize(message, type), type)!), Is.EqualTo(Text(message)));
        }
    }

    [Test]
    public void A_field_that_a_later_version_added_is_passed_over_and_one_that_is_missing_is_null()
    {
        var read = (TradeDecisions)Types.Read("""{"later":{"items":[1]},"items":[{"title":"t","later":"x"}]}""", typeof(TradeDecisions))!;
        Assert.That(read.Barrier, Is.Null);
        Assert.That(read.Items.Single().Title, Is.EqualTo("t"));
        Assert.That(read.Items.Single().StopLoss, Is.Null);
    }

    [Test]
    public async Task Ids_headers_and_the_time_of_sending_travel_beside_the_body()
    {
        await using var bus = await TestBus.StartAsync(typeof(SessionProbe));
        var correlation = Guid.NewGuid();
        (Guid? id, DateTime? time) = (null, null);
        var received = await bus.SendAsync(SampleMessages.Full(typeof(SessionProbe)), c =>
        {
            (id, time) = (c.MessageId, c.SentTime);
            c.CorrelationId = correlation;
            c.Headers.Set("log-position", 12L);
            c.Headers.Set("who", "Grüße");
        });
        Assert.Multiple(() =>
        {
            Assert.That(received.Context.MessageId, Is.EqualTo(id));
            Assert.That(received.Context.CorrelationId, Is.EqualTo(correlation));
            Assert.That(received.Context.ConversationId, Is.Not.Null);
            Assert.That(received.Context.SourceAddress, Is.Not.Null);
            Assert.That(received.Context.SentTime, Is.EqualTo(time));
            Assert.That(received.Context.Headers.Get<long>("log-position"), Is.EqualTo(12L));
            Assert.That(received.Context.Headers.Get<string>("who"), Is.EqualTo("Grüße"));
        });
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{\"sessionId\":")]
    [TestCase("not json")]
    [TestCase("{\"sessionId\":\"no id\"}")]
    public async Task What_is_no_message_fails_its_delivery_and_holds_nothing_up(string body)
    {
        await using var bus = await TestBus.StartAsync(typeof(SessionProbe));
        await bus.SendRawAsync<SessionProbe>(body);
        Assert.That(await bus.FailedAsync(), Is.InstanceOf<System.Runtime.Serialization.SerializationException>());
        var next = SampleMessages.Full(typeof(SessionProbe));
        Assert.That((await bus.SendAsync(next)).Message, Is.EqualTo(next));
    }

    [Test]
    public async Task A_consumer_that_fails_tells_of_its_message_in_an_envelope()
    {
        var faults = Channel.CreateUnbounded<Fault<SessionProbe>>();
        var bus = TestBus.Create(endpoints =>
        {
            endpoints.ReceiveEndpoint("failing", e => e.Handler<SessionProbe>(_ => throw new InvalidOperationException("on purpose")));
            endpoints.ReceiveEndpoint("faults", e => e.Handler<Fault<SessionProbe>>(c => faults.Writer.WriteAsync(c.Message).AsTask()));
        });
        await bus.StartAsync();
        try
        {
            var sent = (SessionProbe)SampleMessages.Full(typeof(SessionProbe));
            await bus.Publish(sent);
            var fault = await faults.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            Assert.That(fault.Message, Is.EqualTo(sent));
            Assert.That(fault.Exceptions.Single().Message, Is.EqualTo("on purpose"));
        }
        finally
        {
            await bus.StopAsync();
        }
    }

    private static string Text(object message) => JsonSerializer.Serialize(message, message.GetType());

    private sealed record Received(object Message, ConsumeContext Context, string ContentType, byte[] Body);

    /// <summary>A bus in memory with one queue for one type of message.</summary>
    private sealed class TestBus : IAsyncDisposable, IReceiveObserver
    {
        private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();
        private readonly Channel<Exception> _failed = Channel.CreateUnbounded<Exception>();
        private IBusControl _bus = null!;

        public static IBusControl Create(Action<IInMemoryBusFactoryConfigurator> endpoints) =>
            MassTransit.Bus.Factory.CreateUsingInMemory(configurator =>
            {
                var format = new CompactFormat(Types);
                configurator.AddSerializer(format);
                configurator.AddDeserializer(format);
                endpoints(configurator);
            });

        public static Task<TestBus> StartAsync(Type type) =>
            (Task<TestBus>)typeof(TestBus).GetMethod(nameof(StartOfAsync))!.MakeGenericMethod(type).Invoke(null, null)!;

        public static async Task<TestBus> StartOfAsync<T>()
            where T : class
        {
            var test = new TestBus();
            test._bus = Create(endpoints => endpoints.ReceiveEndpoint("queue", e => e.Handler<T>(context =>
                test._received.Writer.WriteAsync(new(context.Message, context, context.ReceiveContext.ContentType.MediaType, context.ReceiveContext.Body.GetBytes())).AsTask())));
            test._bus.ConnectReceiveObserver(test);
            await test._bus.StartAsync();
            return test;
        }

        public async Task<Received> SendAsync(object message, Action<PublishContext>? context = null)
        {
            await _bus.Publish(message, message.GetType(), Pipe.Execute<PublishContext>(c => context?.Invoke(c)));
            return await _received.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        }

        public Task SendRawAsync<T>(string body)
            where T : class => _bus.Publish((T)SampleMessages.Bare(typeof(T)), c => c.Serializer = new Raw(body, MessageUrn.ForTypeString<T>()));

        public async Task<Exception> FailedAsync() => await _failed.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public async ValueTask DisposeAsync() => await _bus.StopAsync();

        public Task ReceiveFault(ReceiveContext context, Exception exception) => _failed.Writer.WriteAsync(exception).AsTask();

        public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Task.CompletedTask;

        public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
            where T : class => Task.CompletedTask;
    }

    private sealed class Raw(string body, string urn) : IMessageSerializer
    {
        public ContentType ContentType => CompactFormat.MediaType;

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class
        {
            context.Headers.Set(MessageHeaders.MessageType, urn);
            return new BytesMessageBody(Encoding.UTF8.GetBytes(body));
        }
    }
}
