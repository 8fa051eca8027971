using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>
/// Appends and flushes to disk what happened before anybody hears of it. Batches that wait together share one flush, and what
/// is to be told about a batch is told in the order of the file.
/// </summary>
public sealed class Journal : IAsyncDisposable
{
    private readonly Channel<Batch> _waiting = Channel.CreateUnbounded<Batch>(new UnboundedChannelOptions { SingleReader = true });
    private readonly FileStream _file;
    private readonly Task _writing;

    public Journal(string path)
    {
        Path = path;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1);
        CutTornLine();
        _writing = Task.Run(WriteAsync);
    }

    public string Path { get; }

    public IEnumerable<Entry> Read()
    {
        using var reader = new StreamReader(new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return JsonSerializer.Deserialize<Entry>(line, EmulatorJson.Options)!;
            }
        }
    }

    /// <summary>Ends when the entries are on disk; <paramref name="told"/> has run then.</summary>
    public Task AppendAsync(IReadOnlyList<Entry> entries, Action told)
    {
        var batch = new Batch(entries, told, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _waiting.Writer.TryWrite(batch) ? batch.Done.Task : Task.FromException(new ObjectDisposedException(nameof(Journal)));
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
        await _file.DisposeAsync();
    }

    // A process killed while it wrote leaves half a line, which nobody was told of.
    private void CutTornLine()
    {
        var end = _file.Length;
        while (end > 0)
        {
            _file.Position = end - 1;
            if (_file.ReadByte() == '\n')
            {
                break;
            }

            end--;
        }

        _file.SetLength(end);
        _file.Position = end;
    }

    private async Task WriteAsync()
    {
        var batches = new List<Batch>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batches.Clear();
            using var text = new MemoryStream();
            while (_waiting.Reader.TryRead(out var batch))
            {
                batches.Add(batch);
                foreach (var entry in batch.Entries)
                {
                    JsonSerializer.Serialize(text, entry, EmulatorJson.Options);
                    text.WriteByte((byte)'\n');
                }
            }

            if (text.Length > 0)
            {
                _file.Write(text.GetBuffer(), 0, (int)text.Length);
                _file.Flush(flushToDisk: true);
            }

            foreach (var batch in batches)
            {
                batch.Told();
                batch.Done.SetResult();
            }
        }
    }

    private sealed record Batch(IReadOnlyList<Entry> Entries, Action Told, TaskCompletionSource Done);
}
