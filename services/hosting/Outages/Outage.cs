using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace TradingSystem.Hosting.Outages;

/// <summary>Tells an outage of a dependency, which ends, from a message that will never work.</summary>
public static class Outage
{
    public static bool IsOutage(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            // 57P0x: the server is stopping or starting; 53300: too many connections; class 08: connection.
            if (e is PostgresException p)
            {
                return p.IsTransient || p.SqlState.StartsWith("57P", StringComparison.Ordinal);
            }

            if (e is NpgsqlException or SocketException or TimeoutException or NotDurableException or EndOfStreamException or ConnectionException)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A consumer could not make durable what it had to announce; its message is delivered again.</summary>
public sealed class NotDurableException : Exception
{
    public NotDurableException()
    {
    }

    public NotDurableException(string message)
        : base(message)
    {
    }

    public NotDurableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
