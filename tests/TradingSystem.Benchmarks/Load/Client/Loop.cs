using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TradingSystem.Benchmarks.Load.Client;

/// <summary>Every connection of the load client on one thread: whoever calls <see cref="RunFor"/> is that thread.</summary>
internal sealed unsafe class Loop : IDisposable
{
    private const int MaxEvents = 1024;
    private const int BufferBytes = 256 * 1024;

    private readonly int _epoll = Native.Create(0);
    private readonly byte* _events = (byte*)NativeMemory.Alloc((nuint)(MaxEvents * Native.EventSize));
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private readonly List<Connection> _connections = [];

    public IReadOnlyList<Connection> Connections => _connections;

    /// <summary>What the last read of any connection left for all of them to reuse.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Opens a socket and sends the upgrade; the answer is met by the loop.</summary>
    public Connection Connect(int port, string query, Role role, int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        // An end by reset leaves no port in TIME_WAIT behind.
        socket.LingerState = new LingerOption(true, 0);
        socket.Connect(IPAddress.Loopback, port);
        var connection = new Connection(this, socket, role, _connections.Count);
        _connections.Add(connection);
        Watch(connection, Native.ControlAdd, Native.Readable);
        connection.Upgrade(port, query);
        return connection;
    }

    /// <summary>Connects all, a few at a time, and returns when each had its ack.</summary>
    public void ConnectAll(IReadOnlyList<Func<Connection>> connects, TimeSpan deadline, int atOnce = 128)
    {
        var pending = new List<Connection>();
        var watch = Stopwatch.StartNew();
        foreach (var connect in connects)
        {
            pending.Add(connect());
            while (pending.Count >= atOnce && watch.Elapsed < deadline)
            {
                Turn(10);
                pending.RemoveAll(c => c.IsReady);
            }
        }

        if (!RunUntil(() => pending.TrueForAll(c => c.IsReady), deadline - watch.Elapsed))
        {
            throw new TimeoutException($"{pending.Count(c => !c.IsReady)} of {connects.Count} connections had no ack within {deadline.TotalSeconds:0} s.");
        }
    }

    public void RunFor(TimeSpan time) => RunUntil(static () => false, time);

    /// <summary>False when <paramref name="deadline"/> passed first.</summary>
    public bool RunUntil(Func<bool> done, TimeSpan deadline)
    {
        var end = Stopwatch.GetTimestamp() + (long)(deadline.TotalSeconds * Stopwatch.Frequency);
        while (!done())
        {
            var left = (end - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency;
            if (left <= 0)
            {
                return false;
            }

            Turn((int)Math.Min(left, 20));
        }

        return true;
    }

    /// <summary>Handles what is there; waits at most <paramref name="timeoutMs"/> for anything.</summary>
    public void Turn(int timeoutMs)
    {
        var count = Native.Wait(_epoll, _events, MaxEvents, timeoutMs);
        for (var i = 0; i < count; i++)
        {
            var entry = new ReadOnlySpan<byte>(_events + (i * Native.EventSize), Native.EventSize);
            var connection = _connections[(int)BinaryPrimitives.ReadUInt32LittleEndian(entry[Native.EventData..])];
            var ready = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            if ((ready & Native.Writable) != 0)
            {
                connection.SendRest();
            }

            if ((ready & ~Native.Writable) != 0 && !connection.IsClosed)
            {
                connection.Read();
            }
        }
    }

    public void Watch(Connection connection, int operation, uint wanted)
    {
        var entry = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(entry, 4), wanted);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(entry + Native.EventData, 8), (ulong)connection.Index);
        if (Native.Control(_epoll, operation, connection.Descriptor, entry) != 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError());
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        _ = Native.Close(_epoll);
        NativeMemory.Free(_events);
    }
}
