namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// An immutable map from key to object, in ordinal order of the keys. A change copies the path from the root to one leaf
/// and shares the rest, so that a reader keeps a consistent picture for as long as it likes and costs a writer nothing.
/// </summary>
/// <remarks>
/// A B-tree whose nodes hold at most <see cref="WidthMax"/> entries: a map of 100,000 objects is four levels deep, and
/// walking it reads memory in rows. Every node knows how many objects lie below it, which answers "how many remain".
/// </remarks>
internal sealed class ObjectMap
{
    private const int WidthMax = 32;
    private const int WidthMin = 8;

    public static readonly ObjectMap Empty = new(null);

    private readonly Node? root;

    private ObjectMap(Node? root) => this.root = root;

    public int Count => root?.Count ?? 0;

    /// <param name="objects">In ordinal order of their keys, without repetition.</param>
    public static ObjectMap FromSorted(IReadOnlyList<StoredObject> objects)
    {
        if (objects.Count == 0)
        {
            return Empty;
        }

        var level = new List<Node>();
        for (var i = 0; i < objects.Count; i += WidthMax / 2)
        {
            var items = new StoredObject[Math.Min(WidthMax / 2, objects.Count - i)];
            for (var j = 0; j < items.Length; j++)
            {
                items[j] = objects[i + j];
            }

            level.Add(new Node(items));
        }

        while (level.Count > 1)
        {
            var above = new List<Node>();
            for (var i = 0; i < level.Count; i += WidthMax / 2)
            {
                above.Add(new Node([.. level.GetRange(i, Math.Min(WidthMax / 2, level.Count - i))]));
            }

            level = above;
        }

        return new ObjectMap(level[0]);
    }

    public StoredObject? Find(string key)
    {
        var node = root;
        while (node is not null)
        {
            if (node.Children is null)
            {
                var at = node.IndexOf(key);
                return at >= 0 ? node.Items[at] : null;
            }

            node = node.Children[node.ChildFor(key)];
        }

        return null;
    }

    /// <summary>This map with the object added, or put in place of the one with the same key.</summary>
    public ObjectMap With(StoredObject value)
    {
        if (root is null)
        {
            return new ObjectMap(new Node([value]));
        }

        var (left, right) = Set(root, value);
        return new ObjectMap(right is null ? left : new Node([left, right]));
    }

    /// <summary>This map without the key.</summary>
    public ObjectMap Without(string key)
    {
        if (root is null || Find(key) is null)
        {
            return this;
        }

        var node = Remove(root, key);
        while (node is { Children.Length: 1 })
        {
            node = node.Children[0];
        }

        return node is null ? Empty : new ObjectMap(node);
    }

    /// <summary>How many keys are ordered before <paramref name="key"/>.</summary>
    public int CountBefore(string key)
    {
        var count = 0;
        var node = root;
        while (node is not null)
        {
            if (node.Children is null)
            {
                var at = node.IndexOf(key);
                return count + (at >= 0 ? at : ~at);
            }

            var child = node.ChildFor(key);
            for (var i = 0; i < child; i++)
            {
                count += node.Children[i].Count;
            }

            node = node.Children[child];
        }

        return count;
    }

    /// <summary>Walks the objects whose keys are not ordered before <paramref name="key"/>.</summary>
    public Walk From(string key) => new(root, key);

    public Walk All() => new(root, "");

    private static (Node Left, Node? Right) Set(Node node, StoredObject value)
    {
        if (node.Children is null)
        {
            var at = node.IndexOf(value.Key);
            if (at >= 0)
            {
                return (new Node(Replace(node.Items, at, value)), null);
            }

            var items = Insert(node.Items, ~at, value);
            return items.Length <= WidthMax ? (new Node(items), null) : (new Node(items[..(WidthMax / 2)]), new Node(items[(WidthMax / 2)..]));
        }

        var child = node.ChildFor(value.Key);
        var (left, right) = Set(node.Children[child], value);
        var children = Replace(node.Children, child, left);
        if (right is null)
        {
            return (new Node(children), null);
        }

        children = Insert(children, child + 1, right);
        return children.Length <= WidthMax
            ? (new Node(children), null)
            : (new Node(children[..(WidthMax / 2)]), new Node(children[(WidthMax / 2)..]));
    }

    private static Node? Remove(Node node, string key)
    {
        if (node.Children is null)
        {
            return node.Items.Length == 1 ? null : new Node(Without(node.Items, node.IndexOf(key)));
        }

        var at = node.ChildFor(key);
        var child = Remove(node.Children[at], key);
        if (child is null)
        {
            return node.Children.Length == 1 ? null : new Node(Without(node.Children, at));
        }

        // A thin child joins its neighbour, or else deleting most of a map would leave a tree of empty rooms.
        var neighbour = at > 0 ? at - 1 : at + 1;
        if (child.Width < WidthMin && neighbour < node.Children.Length && child.Width + node.Children[neighbour].Width <= WidthMax)
        {
            var other = node.Children[neighbour];
            var joined = neighbour < at ? Node.Join(other, child) : Node.Join(child, other);
            return new Node(Replace(Without(node.Children, Math.Max(at, neighbour)), Math.Min(at, neighbour), joined));
        }

        return new Node(Replace(node.Children, at, child));
    }

    private static T[] Replace<T>(T[] array, int at, T value)
    {
        var copy = (T[])array.Clone();
        copy[at] = value;
        return copy;
    }

    private static T[] Insert<T>(T[] array, int at, T value)
    {
        var copy = new T[array.Length + 1];
        Array.Copy(array, copy, at);
        copy[at] = value;
        Array.Copy(array, at, copy, at + 1, array.Length - at);
        return copy;
    }

    private static T[] Without<T>(T[] array, int at)
    {
        var copy = new T[array.Length - 1];
        Array.Copy(array, copy, at);
        Array.Copy(array, at + 1, copy, at, copy.Length - at);
        return copy;
    }

    /// <summary>Stands before the first object until <see cref="MoveNext"/>. Belongs to one reader.</summary>
    internal struct Walk
    {
        private readonly (Node Node, int Next)[] path;
        private int depth;

        internal Walk(Node? root, string key)
        {
            path = new (Node, int)[8];
            Current = null!;
            for (var node = root; node is not null;)
            {
                if (node.Children is null)
                {
                    var at = node.IndexOf(key);
                    path[depth++] = (node, at >= 0 ? at : ~at);
                    break;
                }

                var child = node.ChildFor(key);
                path[depth++] = (node, child + 1);
                node = node.Children[child];
            }
        }

        public StoredObject Current { get; private set; }

        public bool MoveNext()
        {
            while (depth > 0)
            {
                ref var step = ref path[depth - 1];
                if (step.Node.Children is null)
                {
                    if (step.Next < step.Node.Items.Length)
                    {
                        Current = step.Node.Items[step.Next++];
                        return true;
                    }

                    depth--;
                }
                else if (step.Next < step.Node.Children.Length)
                {
                    path[depth++] = (step.Node.Children[step.Next++], 0);
                }
                else
                {
                    depth--;
                }
            }

            return false;
        }
    }

    internal sealed class Node
    {
        public Node(StoredObject[] items)
        {
            Items = items;
            Count = items.Length;
        }

        public Node(Node[] children)
        {
            Items = [];
            Children = children;
            Keys = new string[children.Length];
            for (var i = 0; i < children.Length; i++)
            {
                Keys[i] = children[i].FirstKey;
                Count += children[i].Count;
            }
        }

        public StoredObject[] Items { get; }

        public Node[]? Children { get; }

        public int Count { get; }

        public int Width => Children?.Length ?? Items.Length;

        private string[] Keys { get; } = [];

        private string FirstKey => Children is null ? Items[0].Key : Keys[0];

        public static Node Join(Node left, Node right) => left.Children is null
            ? new Node([.. left.Items, .. right.Items])
            : new Node([.. left.Children, .. right.Children!]);

        /// <summary>Where the key is in this leaf; the complement of where it belongs if it is not.</summary>
        public int IndexOf(string key)
        {
            var (low, high) = (0, Items.Length - 1);
            while (low <= high)
            {
                var middle = (low + high) >> 1;
                var order = string.CompareOrdinal(Items[middle].Key, key);
                if (order == 0)
                {
                    return middle;
                }

                (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
            }

            return ~low;
        }

        /// <summary>The child in which the key lies or belongs.</summary>
        public int ChildFor(string key)
        {
            var (low, high) = (1, Keys.Length - 1);
            while (low <= high)
            {
                var middle = (low + high) >> 1;
                (low, high) = string.CompareOrdinal(Keys[middle], key) <= 0 ? (middle + 1, high) : (low, middle - 1);
            }

            return low - 1;
        }
    }
}
