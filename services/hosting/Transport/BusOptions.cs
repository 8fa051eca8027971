using TradingSystem.Hosting.Settings;

namespace TradingSystem.Hosting.Transport;

/// <summary>Which transport carries the bus. Bound from <c>BUS__…</c>.</summary>
public sealed class BusOptions
{
    public const string Section = "Bus";

    private const string Form = "amqp://USER:PASSWORD@HOST:5672/VIRTUALHOST (amqps:// over TLS)";
    private const string Parts = "BUS__HOST, BUS__PORT, BUS__USER, BUS__PASSWORD and BUS__VIRTUALHOST";
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    private BrokerAddress? _address;

    /// <summary><c>InMemory</c> (one process) or <c>RabbitMq</c>.</summary>
    public string Transport { get; set; } = "InMemory";

    /// <summary>amqp:// address with credentials, percent-encoded. Each part that is set on its own takes the place of the one in here.</summary>
    public string RabbitMq { get; set; } = "amqp://guest:guest@127.0.0.1:5672/";

    /// <summary>Name or address of the broker.</summary>
    public string? Host { get; set; }

    public int? Port { get; set; }

    public string? User { get; set; }

    public string? Password { get; set; }

    public string? VirtualHost { get; set; }

    /// <summary>TLS to the broker, as amqps:// says it.</summary>
    public bool? Tls { get; set; }

    /// <summary>How long a durable publish may wait for its confirm, or its commit.</summary>
    public TimeSpan PublishDeadline { get; set; } = TimeSpan.FromSeconds(5);

    public bool IsInMemory => Transport.Equals("InMemory", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="SettingException">Address or port do not parse.</exception>
    public BrokerAddress Address => _address ??= Compose();

    /// <exception cref="SettingException">The transport is none, or address or port do not parse.</exception>
    internal BusOptions Validated()
    {
        if (!IsInMemory && !Transport.Equals("RabbitMq", StringComparison.OrdinalIgnoreCase))
        {
            throw new SettingException($"BUS__TRANSPORT must be InMemory or RabbitMq, not '{Transport}'.");
        }

        if (!IsInMemory)
        {
            _address = Compose();
        }

        return this;
    }

    private BrokerAddress Compose()
    {
        var uri = ServerAddress.Parse(RabbitMq, "BUS__RABBITMQ", Form, Parts, "amqp", "amqps");
        if (uri.Options.Count > 0)
        {
            throw new SettingException("BUS__RABBITMQ has options behind a question mark, which are not read; a ? in the virtual host is written %3F.");
        }

        if (Port is < 1 or > ushort.MaxValue)
        {
            throw new SettingException($"BUS__PORT must be from 1 to 65535, not {Port}.");
        }

        var tls = Tls ?? uri.Scheme == "amqps";
        return new BrokerAddress(
            Host is { Length: > 0 } ? Host : uri.Host,
            Port ?? uri.Port ?? (tls ? TlsPort : PlainPort),
            User is { Length: > 0 } ? User : uri.User ?? "guest",
            Password is { Length: > 0 } ? Password : uri.Password ?? "guest",
            VirtualHost is { Length: > 0 } ? VirtualHost : uri.Path is { Length: > 0 } path ? path : "/",
            tls);
    }
}

/// <summary>Where the broker is, and who we are there.</summary>
public sealed record BrokerAddress(string Host, int Port, string User, string Password, string VirtualHost, bool Tls)
{
    /// <summary>Without the credentials.</summary>
    public override string ToString() => $"{Host}:{Port}, virtual host {VirtualHost}";
}
