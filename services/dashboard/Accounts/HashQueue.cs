using System.Runtime.InteropServices;

namespace TradingSystem.Dashboard.Accounts;

/// <summary>
/// Hashing a password is dear on purpose, so it waits in line: a thread for every two processors, which gives way to whatever else wants to run.
/// Who asks has a line of its own (an address, or a person who is signed in). Lines take turns and a full one refuses, so a flood holds up
/// nobody but its sender. Who is known (<see cref="KnownAddresses"/>) goes ahead of all strangers and has places that they cannot fill, so a
/// flood from a thousand addresses does not hold up the owner either.
/// </summary>
public sealed class HashQueue : IDisposable
{
    /// <summary>Places of one line, the one whose turn it is among them.</summary>
    public const int PerLine = 4;

    /// <summary>Places of all strangers' lines together, and as many of all who are known.</summary>
    public const int Capacity = 256;

    /// <summary>When it is worth coming back to a full line.</summary>
    public static readonly TimeSpan Busy = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Lines _known = new();
    private readonly Lines _strangers = new();
    private readonly SemaphoreSlim _jobs = new(0);
    private readonly CancellationTokenSource _stop = new();

    public HashQueue()
        : this(Math.Max(1, Environment.ProcessorCount / 2))
    {
    }

    public HashQueue(int threads)
    {
        for (var i = 0; i < threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = $"password hash {i}", Priority = ThreadPriority.BelowNormal }.Start();
        }
    }

    /// <summary>A place in the line, to be disposed; null when the line is full, or all are.</summary>
    public Place? TryEnter(string line, bool isKnown)
    {
        lock (_lock)
        {
            return (isKnown ? _known : _strangers).TryEnter(line) is { } found ? new Place(this, found) : null;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
    }

    private void Leave(Line line)
    {
        lock (_lock)
        {
            line.Of.Leave(line);
        }
    }

    private void Add(Line line, Action job)
    {
        lock (_lock)
        {
            line.Of.Add(line, job);
        }

        _jobs.Release();
    }

    private void Work()
    {
        GiveWay();
        while (true)
        {
            try
            {
                _jobs.Wait(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Action job;
            lock (_lock)
            {
                job = _known.TryTake() ?? _strangers.TryTake()!;
            }

            job();
        }
    }

    /// <summary>The runtime does not pass a thread's priority on to Linux, where a thread has a nice value of its own.</summary>
    private static void GiveWay()
    {
        if (OperatingSystem.IsLinux())
        {
            // It may be refused; then hashing is only as fair as any thread.
            _ = NativeMethods.SetPriority(NativeMethods.Process, NativeMethods.CallingThread, NativeMethods.Nice);
        }
    }

    /// <summary>Held from before the user is looked up until the hash is there.</summary>
    public sealed class Place : IDisposable
    {
        private readonly HashQueue _queue;
        private readonly Line _line;
        private bool _left;

        internal Place(HashQueue queue, Line line) => (_queue, _line) = (queue, line);

        /// <summary>Runs <paramref name="work"/> when it is this line's turn; what is cancelled before does not run.</summary>
        public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
        {
            var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var cancelled = cancellationToken.Register(() => done.TrySetCanceled(cancellationToken));
            _queue.Add(_line, () =>
            {
                if (done.Task.IsCompleted)
                {
                    return;
                }

                try
                {
                    done.TrySetResult(work());
                }
                catch (Exception e)
                {
                    done.TrySetException(e);
                }
            });
            return await done.Task;
        }

        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                _queue.Leave(_line);
            }
        }
    }

    internal sealed class Line(string name, Lines of)
    {
        public string Name => name;

        public Lines Of => of;

        public int Held { get; set; }

        public Queue<Action> Jobs { get; } = new();
    }

    /// <summary>Lines that take turns; not for two threads at once.</summary>
    internal sealed class Lines
    {
        private readonly Dictionary<string, Line> _byName = new(StringComparer.Ordinal);
        private readonly Queue<Line> _turns = new();
        private int _held;

        public Line? TryEnter(string name)
        {
            var line = _byName.GetValueOrDefault(name);
            if (_held >= Capacity || line?.Held >= PerLine)
            {
                return null;
            }

            line ??= _byName[name] = new Line(name, this);
            line.Held++;
            _held++;
            return line;
        }

        public void Leave(Line line)
        {
            _held--;
            if (--line.Held == 0)
            {
                _byName.Remove(line.Name);
            }
        }

        public void Add(Line line, Action job)
        {
            line.Jobs.Enqueue(job);
            if (line.Jobs.Count == 1)
            {
                _turns.Enqueue(line);
            }
        }

        public Action? TryTake()
        {
            if (!_turns.TryDequeue(out var line))
            {
                return null;
            }

            var job = line.Jobs.Dequeue();
            if (line.Jobs.Count > 0)
            {
                _turns.Enqueue(line);
            }

            return job;
        }
    }

    private static class NativeMethods
    {
        public const int Process = 0;
        public const int CallingThread = 0;

        // Two thirds of an ordinary thread's share: trading goes first, and of a machine that is busy there is still enough to sign in soon.
        public const int Nice = 2;

        [DllImport("libc", EntryPoint = "setpriority")]
        public static extern int SetPriority(int which, int who, int priority);
    }
}
