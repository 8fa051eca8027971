using System.Text;

namespace TradingSystem.Trigger.Templates;

/// <summary>Keeps the first characters of what is written, and ends the writing behind them.</summary>
internal sealed class FirstCharacters(int most) : TextWriter
{
    private readonly StringBuilder _text = new();

    public override Encoding Encoding => Encoding.Unicode;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        var room = most - _text.Length;
        _text.Append(buffer[..Math.Min(room, buffer.Length)]);
        if (buffer.Length > room)
        {
            throw new FullException();
        }
    }

    public override string ToString() => _text.ToString();

    /// <summary>There is no more room.</summary>
    public sealed class FullException : Exception;
}
