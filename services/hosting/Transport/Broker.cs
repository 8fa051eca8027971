using RabbitMQ.Client;

namespace TradingSystem.Hosting.Transport;

/// <summary>A connection to the broker beside the bus's own.</summary>
internal static class Broker
{
    /// <exception cref="TimeoutException">It took the connection and did not greet within the deadline.</exception>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">It did not answer, or did not take the credentials or the virtual
    /// host.</exception>
    public static async Task<IConnection> ConnectAsync(BrokerAddress broker, string name, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            UserName = broker.User,
            Password = broker.Password,
            VirtualHost = broker.VirtualHost,
            Ssl = new SslOption(broker.Host, enabled: broker.Tls),
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = deadline,
            ClientProvidedName = name,
        };
        // The client's own limit is for the connection alone: one that is taken and then left without a word would be waited on for ever.
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        whole.CancelAfter(deadline);
        try
        {
            return await factory.CreateConnectionAsync(whole.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no greeting within {deadline.TotalSeconds:0.###} s", e);
        }
    }
}
