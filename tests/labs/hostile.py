"""Hostile notebooks: each attack stands in lab 02 where `factor` is asked for, beside a wrong answer.

All the other exercises of these notebooks are answered rightly, and none of them is attacked.
"""

WRONG = "def factor(slope, shape, weight_std, z_std):\n    return 1.0"

# Ten kinds for every time, of those that are soon over; the others are for `make test-all`.
QUICK = {
    "raises": "raise SystemExit",
    "exits": "import os; os._exit(0)",
    "patches the check": "import tricks.labs.lab as kit\nkit.mark = lambda *a: None\nlab.check = print",
    "lies about equality": "class Yes(float):\n    def __eq__(self, o): return True\n    __hash__ = None\n"
    "    def __sub__(self, o): return 0.0\ndef factor(*a): return Yes(7)",
    "forges replies": "import os\nfor n in range(3, 30):\n    try: os.write(n, b'{{\"value\": 1.0}}\\n' * 20)\n"
    "    except OSError: pass",
    "writes outside": "open('{canary}', 'w').write('was here')",
    "returns nan": "def factor(*a): return float('nan')",
    "recurses": "def f(): return f()\nf()",
    "prints a gigabyte": "for _ in range(2**10): print('x' * 2**20)",
    "claims the check": "check('factor'); check = print",
}

_DURING = "def factor(slope, shape, weight_std, z_std):\n    "
SLOW = {
    "claims a class": "class Fake:\n    __class__ = float\n    def __getattr__(self, name): return lambda *a, **k: "
    "0.0\n"
    "def factor(*a): return Fake()",
    "hangs": "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, "
    "ValueError): pass\nwhile True: pass",
    "eats memory": "kept = [bytearray(2**26) for _ in range(10**6)]",
    "patches torch": "import torch\ntorch.allclose = torch.equal = lambda *a, **k: True\ntorch.sum = torch.matmul "
    "= None",
    "reads the checks": "from tricks.labs.exercises.vanishing_gradients import factor as f\n"
    "def factor(*a): return f._Case('relu', (2, 2), 1.0, 1.0).mean(lambda z: z)",
    "kills its parent": "import os; os.kill(os.getppid(), 9); os.kill(1, 9)",
    "kills all": "import os; os.kill(-1, 9)",
    "kills itself": "import os; os.kill(os.getpid(), 11)",
    "exits later": "import threading, os\nthreading.Timer(0.5, lambda: os._exit(1)).start()\nimport time; "
    "time.sleep(0.2)",
    "exits at exit": "import atexit, os; atexit.register(os._exit, 1); exit()",
    "overflows the stack": "import ctypes; ctypes.string_at(0)",
    "forks": "import os\ntry:\n    while True: os.fork()\nexcept OSError: pass",
    "forks and eats": "import os\nfor _ in range(8):\n    if os.fork() == 0:\n        kept = [b'x' * 2**26 for _ "
    "in range(12)]\n"
    "        while True: pass",
    "starts threads": "import threading, time\nfor _ in range(9999): threading.Thread(target=time.sleep, "
    "args=(9,)).start()",
    "fills the disk": "with open('/tmp/full', 'wb') as file:\n    while True: file.write(bytes(2**20))",
    "fills it with files": "for n in range(10**4): open(f'/tmp/{{n}}', 'wb').write(bytes(2**20))",
    "fills shared memory": "for n in range(10**4): open(f'/dev/shm/{{n}}', 'wb').write(bytes(2**20))",
    "eats in torch": "import torch; kept = [torch.ones(2**27) for _ in range(99)]",
    "eats files of memory": "import os\nfor _ in range(99):\n    n = os.memfd_create('m')\n"
    "    for _ in range(32): os.write(n, bytes(2**20))",
    "prints to the end": "while True: print('x' * 2**16)",
    "floods stderr": "import sys\nwhile True: sys.stderr.write('x' * 2**16 + '\\n')",
    "writes one line without end": "import os\nwhile True: os.write(1, b'x' * 2**20)",
    "shows without end": "from IPython.display import display\nwhile True: display('x' * 2**16)",
    "prints to the terminal": "open('/dev/tty', 'w').write('x')",
    "uses the network": "import socket; socket.create_connection(('127.0.0.1', {port}), 2).send(b'x')",
    "asks for names": "import socket; socket.gethostbyname('example.org')",
    "reads the solutions": "import pathlib\nfound = [p for p in pathlib.Path('{course}').rglob('*.ipynb') if "
    "'labs' in p.parts]\n"
    "def factor(*a): return float(len(found[0].read_text()))",
    "reads others' work": "text = open('{canary}').read()\ndef factor(*a): return text",
    "reads passwords": "text = open('/etc/shadow').read()\ndef factor(*a): return text",
    "reads the machine": "import pathlib; text = [p.read_text() for p in pathlib.Path('/proc').glob('*/environ')]",
    "deletes the course": "import shutil; shutil.rmtree('{course}', ignore_errors=True); shutil.rmtree('/', "
    "ignore_errors=True)",
    "changes the course": "import tricks; open(tricks.__file__, 'a').write('raise SystemExit')",
    "mounts": "import subprocess; subprocess.run(['mount', '-o', 'remount,rw', '/'], check=True)",
    "becomes root": "import os; os.setuid(0)",
    "makes a namespace": "import ctypes\nif ctypes.CDLL(None).unshare(0x10000000): raise OSError('no namespaces')",
    "lifts limits": "import resource; resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))",
    "closes the line": "import os; os.closerange(3, 256)",
    "breaks the line": "import os\nfor n in range(3, 30):\n    try: os.write(n, b'}}{{\\n')\n    except OSError: pass",
    "answers without end": "import os, threading\ndef flood(n):\n    try:\n        while True: os.write(n, b'[' * "
    "2**16)\n"
    "    except OSError: pass\nfor n in range(3, 30): threading.Thread(target=flood, args=(n,)).start()",
    "nests without end": "def factor(*a):\n    x = []\n    for _ in range(10**5): x = [x]\n    return x",
    "returns a pickle": "import pickle, os\nclass Bomb:\n    def __reduce__(self): return os.system, ('touch "
    "{canary}.ran',)\n"
    "def factor(*a): return Bomb()",
    "returns a liar": "import torch\nclass Liar(torch.Tensor):\n    def __torch_function__(self, *a, **k): return "
    "True\n"
    "def factor(*a): return Liar([1.0])",
    "returns a huge answer": "def factor(*a): return [0.0] * 10**7",
    "hangs when asked": _DURING + "while True: pass",
    "exits when asked": _DURING + "import os; os._exit(0)",
    "raises an exit when asked": _DURING + "raise SystemExit",
    "calls back without end": _DURING + "import torch\n    while True: slope(torch.zeros(1))",
    "calls back nonsense": _DURING + "return slope(slope)",
    "prints when asked": _DURING + "print('x' * 2**28); return 1.0",
    "walks the frames": "import sys\ndef factor(*a):\n    f = sys._getframe()\n    while f: f.f_globals.clear(); f "
    "= f.f_back\n"
    "    return 1.0",
    "finds objects": "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Exercise': "
    "o.check.__code__ = (lambda s, r: 0).__code__",
    "shadows names": "torch = seeds = digits = judge = fit = SGD = Claim = lab = None",
    "is no Python": "%%bash\nrm -rf ~ / ; :(){{ :|:& }};:",
    "escapes by a magic": "!touch {canary}.ran /work/ran; kill -9 -1",
    "deletes what it finds": "import sys\nfor name in list(sys.modules): del sys.modules[name]",
}
