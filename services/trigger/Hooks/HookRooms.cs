using System.Net;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Trigger.Hooks;

/// <summary>
/// Room for so many alerts at once. A body takes as long as its sender likes, so one address, of IPv6 one /64, has a share of it for those that are being
/// read: who sends slowly takes nobody else's.
/// </summary>
public sealed class HookRooms
{
    public const int Most = 256;
    public const int MostOfOne = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _reading = [];
    private int _taken;

    /// <summary>Addresses of which a body is being read.</summary>
    internal int Addresses
    {
        get
        {
            lock (_lock)
            {
                return _reading.Count;
            }
        }
    }

    /// <summary>Null where there is none. Whoever gets one says when the body is read, and gives it back.</summary>
    /// <param name="address">Null where it is not known whose it is: then there is no share of it.</param>
    public Room? TryEnter(IPAddress? address)
    {
        var key = address is null ? IPAddress.None : ClientAddress.Key(address);
        lock (_lock)
        {
            var reading = _reading.GetValueOrDefault(key);
            if (_taken >= Most || (address is not null && reading >= MostOfOne))
            {
                return null;
            }

            _taken++;
            _reading[key] = reading + 1;
            return new(this, key);
        }
    }

    private void EndReading(IPAddress key)
    {
        if (--_reading[key] == 0)
        {
            _reading.Remove(key);
        }
    }

    public sealed class Room(HookRooms rooms, IPAddress key) : IDisposable
    {
        private bool _isReading = true;
        private bool _isTaken = true;

        /// <summary>The body is there, or never will be: from here on it takes as long as we do.</summary>
        public void HasRead()
        {
            lock (rooms._lock)
            {
                if (_isReading)
                {
                    _isReading = false;
                    rooms.EndReading(key);
                }
            }
        }

        public void Dispose()
        {
            HasRead();
            lock (rooms._lock)
            {
                rooms._taken -= _isTaken ? 1 : 0;
                _isTaken = false;
            }
        }
    }
}
