using System.Net.WebSockets;

namespace TradingSystem.Client;

/// <summary>A frame without its reply, and the connection it last went out on.</summary>
internal sealed class Pending(byte[] text, bool keyed)
{
    private ClientWebSocket? _on;

    public byte[] Text => text;

    public bool Keyed => keyed;

    public ClientWebSocket? On => Volatile.Read(ref _on);

    public TaskCompletionSource<Reply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True once per connection.</summary>
    public bool Claim(ClientWebSocket socket) => Interlocked.Exchange(ref _on, socket) != socket;
}
