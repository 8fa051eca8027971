using System.Net;
using System.Text;

namespace TradingSystem.Tests.Dashboard.Forwarding;

/// <summary>A body of unknown length whose second part follows once the gate opens; a faulted gate tears it.</summary>
internal sealed class GatedContent(string first, Task gate, string second) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(first));
        await stream.FlushAsync();
        await gate;
        await stream.WriteAsync(Encoding.UTF8.GetBytes(second));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
