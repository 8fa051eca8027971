namespace TradingSystem.VenueEmulator.Engine;

/// <summary>Takes what is to be told, in order.</summary>
public interface IStreamSink
{
    void Send(IReadOnlyList<StreamMessage> messages);
}
