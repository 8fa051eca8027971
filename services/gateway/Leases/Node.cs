namespace TradingSystem.Gateway.Leases;

/// <summary>This gateway process, as others see it. Every start is a new node.</summary>
public sealed class Node
{
    public Guid Id { get; } = Guid.NewGuid();
}
