import type { Texts } from '../topics.ts';

export const wire: Texts['wire'] = {
  names: { direct: 'enlace: direto', lab: 'enlace: laboratório', capture: 'de um arquivo de captura' },
  shortNames: { direct: 'direto', lab: 'laboratório', capture: 'captura' },
  otherName: (name) => `enlace: ${name}`,
  means: {
    direct: 'A conexão passa pela rede desta própria máquina.',
    lab: 'A conexão liga dois hospedeiros privados, por um enlace dentro do Aperto: todos os pacotes são vistos.',
  },
  because: 'Por que não o laboratório:',
  notAsked: 'O Aperto foi iniciado com o enlace direto.',
  help: 'Isto ajudaria:',
  copy: 'Copiar',
  copied: 'Copiado',
  bridgeSays: 'A ponte diz:',
  why: {
    LAB_NOT_LINUX: 'O laboratório precisa do Linux.',
    LAB_NO_UTIL_LINUX: 'O laboratório precisa dos programas unshare e nsenter, que não estão instalados aqui.',
    LAB_NO_USER_NAMESPACES:
      'Os hospedeiros do laboratório são feitos de namespaces de usuário, que estão desativados nesta máquina.',
    LAB_NO_UNPRIVILEGED_NAMESPACES: 'Nesta máquina só o root pode criar namespaces de usuário.',
    LAB_APPARMOR: 'O AppArmor não deixa programas comuns criarem namespaces de usuário nesta máquina.',
    LAB_NAMESPACES_FORBIDDEN: 'Esta máquina, talvez um contêiner, proíbe novos namespaces.',
    LAB_NO_TUN: 'O laboratório transporta pacotes por /dev/net/tun, que não existe nesta máquina.',
    LAB_TUN_FORBIDDEN: 'O laboratório transporta pacotes por /dev/net/tun, que este usuário não pode abrir.',
    LAB_NO_FFI: 'O pacote koffi não tem um binário pronto para esta máquina.',
    LAB_NO_STATES: 'Este kernel não informa os estados de suas conexões.',
    LAB_TOO_SLOW: 'O laboratório não ficou pronto em dois segundos.',
    LAB_FAILED: 'Não foi possível criar o laboratório.',
    LAB_IPV4_ONLY: 'O laboratório não tem IPv6 nesta máquina, e o destino é um endereço IPv6.',
    LAB_TARGET_ELSEWHERE: 'O destino não está nesta máquina, por isso não pode ser levado ao laboratório.',
    LAB_SERVER_NOT_OWNED: 'O Aperto não iniciou este servidor, por isso não pode levá-lo ao laboratório.',
  },
  unknownWhy: (code) => `O motivo tem um código que esta página não conhece (${code}).`,
};
